"""The page and the HTTP API, served by `callback run` on this computer.

`server` listens, `guard` keeps out what has no business here, `entering` says who comes in,
`application` puts it together; `pages` and `api` parse a request, call one action and answer, as
the commands do. Everything is synchronous but the guard and the stream of what happens.
"""
