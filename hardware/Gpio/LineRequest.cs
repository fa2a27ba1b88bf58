namespace Roost.Hardware.Gpio;

/// <summary>A line and what it is to be.</summary>
/// <param name="Pull">Null: as it is.</param>
/// <param name="Initial">Outputs: the logical level from the first instant on.</param>
/// <param name="Watcher">Inputs: who is told of edges; null for outputs.</param>
internal sealed record LineRequest(int Offset, LineDirection Direction, ActiveLevel Active, LinePull? Pull, LineDrive Drive, TimeSpan Debounce, bool Initial, ILineWatcher? Watcher)
{
    /// <summary>What other programs see as the line's owner. At most 31 bytes.</summary>
    public const string Consumer = "roost";
}
