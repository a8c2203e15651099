"""Messages to people and groups: written with the change they tell of, sent later, never twice after an acknowledgement."""
