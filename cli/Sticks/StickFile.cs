namespace Roost.Cli.Sticks;

/// <summary>One file of an export, as its manifest has it.</summary>
/// <param name="Name">In the manifest's own folder.</param>
/// <param name="Id">Which of all streams that ever had the name.</param>
/// <param name="First">Offset of the first record.</param>
/// <param name="Next">The offset after the last record.</param>
/// <param name="Bytes">Of the file.</param>
/// <param name="PlainBytes">Of what is packed in it.</param>
internal sealed record StickFile(string Name, string Stream, string Id, long First, long Next, long Records, long Bytes, long PlainBytes, string Sha256);
