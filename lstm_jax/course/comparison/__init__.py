"""Networks side by side on equal terms, for the lessons that compare: 08 and 13.

`problems` holds what is learned and how it is judged, `contenders` trains many runs of a network,
and `resumable` is what studies that take an hour have in common.
"""
