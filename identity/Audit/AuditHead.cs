using System.Text.Json;
using Roost.Storage;
using Roost.Storage.Files;

namespace Roost.Identity.Audit;

/// <summary>
/// The last durable record, kept and signed apart from the log, so that records missing at its end are noticed. A write that was cut short leaves
/// the head before: the log may have more than the head says, never less.
/// </summary>
/// <param name="Offset">Of the record, in the log.</param>
/// <param name="Chain">With the record.</param>
/// <param name="Noted">Number of the last record that was surely noted in the identity database; -1: none.</param>
internal readonly record struct AuditHead(long Offset, AuditChain Chain, long Noted)
{
    public const string FileName = "head";

    private const int Capacity = 512;

    public static SlotFile OpenFile(string folder, StorageMetrics? metrics = null) => SlotFile.Open(Path.Combine(folder, FileName), Capacity, sync: true, metrics);

    public void Write(SlotFile file, AuditKey key)
    {
        var document = new HeadDocument(Offset, Chain.Sequence, Chain.Hash, Noted, key.Sign(this));
        file.Write(JsonSerializer.SerializeToUtf8Bytes(document, JsonSerializerOptions.Web));
    }

    /// <summary>Reads the head of a folder without changing it.</summary>
    /// <param name="fault">Why there is none; null where there is one.</param>
    public static AuditHead? TryRead(string folder, AuditKey key, out string? fault)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            fault = "the file with the signed head is missing";
            return null;
        }

        try
        {
            using var file = OpenFile(folder);
            return TryRead(file, key, out fault);
        }
        catch (InvalidDataException)
        {
            fault = "the file with the signed head is damaged";
            return null;
        }
    }

    public static AuditHead? TryRead(SlotFile file, AuditKey key, out string? fault)
    {
        fault = null;
        if (file.Document.IsEmpty)
        {
            fault = "the file with the signed head is empty";
            return null;
        }

        try
        {
            var document = JsonSerializer.Deserialize<HeadDocument>(file.Document.Span, JsonSerializerOptions.Web)!;
            var head = new AuditHead(document.Offset, new AuditChain(document.Sequence, document.Hash), document.Noted);
            if (key.Verify(head, document.Signature))
            {
                return head;
            }

            fault = "the signature of the head does not fit the key";
        }
        catch (JsonException)
        {
            fault = "the file with the signed head cannot be read";
        }

        return null;
    }

    private sealed record HeadDocument(long Offset, long Sequence, string Hash, long Noted, string Signature);
}
