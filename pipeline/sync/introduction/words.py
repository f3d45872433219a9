"""Words for bytes: what two people read to each other to know that both machines see the same.

256 plain English words, no two of which begin with the same three letters or sound alike, and none
that anybody minds saying aloud. They are part of the protocol: another list is another version.
"""

WORDS = tuple(
    """
    acorn amber anchor angle apple arch arrow atlas attic autumn avenue bacon badge bagel
    baker balcony basket beach beetle bell berry bicycle bird blanket blossom bonfire book
    branch brick broom brush bucket bulb bunny butter cabin cactus camel candle carpet castle
    cedar cellar cement chalk cherry chimney circle cliff clock coat coffee comet copper
    cotton cricket crown cup curtain cushion daisy dancer desert diamond dinner dolphin donkey
    door dragon dream duck dust eagle earth echo elbow engine envelope evening falcon farmer
    feather fence finger flag flute forest fountain fox frog fruit galaxy ghost giant giraffe
    glass gold goose grape guitar hammer helmet hill hive honey horse hotel iceberg index
    island jaguar jelly jewel jigsaw judge juice kettle kiwi ladder lamp lantern laundry leaf
    lemon lettuce library lion lizard lobster lunch magnet mango maple meadow melon mint
    mirror moon muffin museum napkin needle nest north nose nurse nutmeg oak oasis ocean
    octopus office olive onion opera orbit orchard otter oven owl oyster paddle palace panda
    paper parrot pasta pebble pencil piano picnic pigeon pillow planet plum poem potato
    prairie pumpkin puzzle pyramid queen rabbit radio raft rain raven ribbon rice river roof
    rope rudder rug salad sandal saturn scarf school season shadow shell shovel silver skate
    sleeve slipper smoke snow soap sofa spider spoon square stable stone summer sunset swan
    syrup tailor teapot temple tent thumb ticket tiger timber tomato tower tractor trumpet
    tulip turtle twig umbrella uncle unicorn velvet village violin vulture waffle wagon walnut
    water whale wheat whistle window wolf yacht yellow yogurt zebra zipper
    """.split()
)


def words_of(digest: bytes) -> tuple[str, ...]:
    """A word for each byte."""
    return tuple(WORDS[byte] for byte in digest)
