"""Intake: a submission file, flags or a calendar invitation becomes an `Interview`.

Pure: values in, values out, `now` passed in. Bad input ends in `BadInput`, never in another
error. The doors are `files.read_file`, `invitation.read_invitation`, `submission.read_submission`,
`submission.from_flags` and `places.find_places`. Nothing is imported here, so that a command that
takes nothing in stays quick.
"""
