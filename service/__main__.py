"""`python -m service` is `callback`."""

from service.cli import main

if __name__ == "__main__":
    main()
