namespace Roost.Gateway.Disks;

/// <summary>What an operator knows of the card, and when to warn.</summary>
internal sealed class SdCardOptions
{
    public const string Section = "SdCard";

    /// <summary>
    /// How much may be written to the disk of the data folder in its life, as its maker says (TBW). Null: a card is taken to bear 1,000 times its size, and of other disks nothing is
    /// predicted. At least 1 GB.
    /// </summary>
    public long? EnduranceBytes { get; set; }

    /// <summary>More bytes than these, written to a card in a day by all of the machine, are told by <c>roost doctor</c>. Null: none are. Default 5 GB.</summary>
    public long? WarnPerDayBytes { get; set; } = 5_000_000_000;
}
