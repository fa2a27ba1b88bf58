namespace Roost.Cli.Sticks;

/// <summary>What became of one stream of a stick.</summary>
/// <param name="Into">The stream here.</param>
/// <param name="Records">On the stick.</param>
/// <param name="Imported">Of these; the others were here already.</param>
internal sealed record StickResult(string Gateway, string Stream, string Into, int Files, long Records, long Imported, long First, long Next);
