using System.Runtime.InteropServices;

namespace Roost.Storage.Sqlite;

/// <summary>What a transaction has written, checkpoints of its commit included.</summary>
/// <param name="Bytes">To the write-ahead log, and from there into the database. Zero: it changed nothing.</param>
/// <param name="ExtraSyncs">Waits for the disk beside that of the transaction, where <c>synchronous</c> is not OFF.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SqliteWrites(long Bytes, int ExtraSyncs);
