"""What the demo, the tests and an installation need around the services: brokers, databases, processes."""
