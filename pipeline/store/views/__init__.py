"""Views: what the journal and the belongings come to. Droppable; `rebuild` makes them again."""
