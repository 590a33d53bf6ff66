"""The workbench: pages to look into the last build and to try out changes of the config."""
