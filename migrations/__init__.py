"""The database's history, one file a step; never imports `service`, so that old steps stay true."""
