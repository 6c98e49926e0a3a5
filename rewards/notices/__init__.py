"""Tells staff what waits for them: on the dashboard, and by mail where mail is set up."""
