"""A Kafka broker for the demo and the tests: by address, in a container, or from jars."""
