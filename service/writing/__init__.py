"""Interview -> who reads what (readers), the mails (composition), what is wrong with them (checks).

Pure: values in, values out; the days are passed in. Sentences, word lists and messages are data
files, one per language, in `data/`; what a language needs beyond data is its salutation.
"""
