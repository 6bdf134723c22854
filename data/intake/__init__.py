"""Mail is read here and nowhere else: bytes of one message, or files of any kind, all of them hostile until read.

Files: `files` tells their kinds apart (`formats`) and reads each: `mbox`, `packed` (zip), `tables` (`columns`).
One message: `message` finds its parts within a `budget` (`parts`, `payload`, `charset`, `headers`), makes text of them
(`texts`, `markup`, `flowed`, `bare`), tells what its person wrote from what came along (`written`, `history`,
`endings`, `phrases`), and whether a machine sent it (`machine`).
"""
