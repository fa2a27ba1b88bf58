using System.Diagnostics.CodeAnalysis;

namespace Roost.Shadow;

/// <summary>Which shadows are synced, and which way. Written as a pattern of things alone, it means all their shadows, both ways.</summary>
public sealed class ShadowSyncRule
{
    /// <summary>What <see cref="Shadows"/> calls the classic shadow.</summary>
    public const string Classic = "classic";

    /// <summary>Name of a thing; <c>*</c> stands for any characters.</summary>
    public string Things { get; set; } = "";

    /// <summary>Names of shadows, with <c>*</c> as above; <c>classic</c> is the classic one. Default: all.</summary>
    public IList<string> Shadows { get; set; } = ["*"];

    public SyncDirection Direction { get; set; } = SyncDirection.Both;

    public static bool TryParse(string text, [NotNullWhen(true)] out ShadowSyncRule? rule)
    {
        rule = new ShadowSyncRule { Things = text };
        return true; // what a name may be is the validator's business, which can say it
    }
}
