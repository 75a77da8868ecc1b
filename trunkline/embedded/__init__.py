"""The services of a one-machine appliance, started, watched and stopped by us."""
