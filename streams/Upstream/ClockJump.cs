namespace Roost.Streams.Upstream;

/// <summary>Waits that end early when the wall clock is set: a certificate that was not valid yet may be valid then.</summary>
internal static class ClockJump
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_jump = TimeSpan.FromMinutes(1);

    public static async Task WaitAsync(TimeSpan delay, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (began, wall) = (clock.GetTimestamp(), clock.GetUtcNow());
        while (!cancellationToken.IsCancellationRequested && clock.GetElapsedTime(began) is var passed && passed < delay)
        {
            if ((clock.GetUtcNow() - wall - passed).Duration() > s_jump)
            {
                return;
            }

            var rest = delay - passed;
            await Task.Delay(rest < s_look ? rest : s_look, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
