namespace Roost.Mqtt.Proofs;

/// <summary>Load has a pace: here threads of their own wait for it, and nobody else waits for them.</summary>
internal static class Pause
{
    private static readonly ManualResetEventSlim s_never = new();

    public static void For(TimeSpan time) => s_never.Wait(time);
}
