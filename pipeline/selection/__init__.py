"""The second stage of selection: from the words of an utterance to keep or pass, with reasons."""
