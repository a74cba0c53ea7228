"""The worker: takes tasks from the database and does them. May die at any time; another one goes on."""
