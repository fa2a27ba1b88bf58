using System.Text;
using Roost.Shadow.Documents;

namespace Roost.Shadow.Sync;

/// <summary>One place that both sides changed, each in its way, and what became of it.</summary>
/// <param name="Path">Like <c>/desired/light/colour</c>; <c>/</c> is the whole shadow, deleted by one side and written by the other.</param>
/// <param name="Base">JSON as last synced; null where there was nothing. As the other two, cut off after <see cref="MostText"/> characters.</param>
/// <param name="Local">JSON; null where it was removed.</param>
/// <param name="Cloud">As <paramref name="Local"/>.</param>
internal sealed record SyncConflict(string Path, string? Base, string? Local, string? Cloud, ConflictWinner Winner)
{
    public const int MostText = 200;

    public static string? TextOf(StateNode? node)
    {
        if (node is null)
        {
            return null;
        }

        var writer = PayloadWriter.Begin();
        node.WriteState(writer);
        return Cut(Encoding.UTF8.GetString(writer.Take()));
    }

    public static string? TextOf(ShadowState? state)
    {
        if (state is null)
        {
            return null;
        }

        var writer = PayloadWriter.Begin();
        MessageWriter.Sections(writer, state.Desired, state.Reported, metadata: false);
        return Cut(Encoding.UTF8.GetString(writer.Take()));
    }

    // Never between the halves of a character.
    private static string Cut(string text) =>
        text.Length <= MostText ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[MostText - 1]) ? MostText - 1 : MostText), "…");
}
