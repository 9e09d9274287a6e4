"""How the product writes dates: its own formats in place of some of the language's."""
