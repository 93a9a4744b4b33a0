"""Mail providers as a library: no database, no settings file, no clock; never imports `service`."""
