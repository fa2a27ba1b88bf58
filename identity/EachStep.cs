using System.Runtime.ExceptionServices;

namespace Roost.Identity;

/// <summary>What follows from a change that is durable: each step is taken, whatever becomes of the others. An audit that cannot be written keeps no revocation from those who are here.</summary>
internal static class EachStep
{
    /// <summary>One after the other. The first failure is the caller's, when all were taken.</summary>
    public static async Task TakeAsync(params IEnumerable<Func<Task>> steps)
    {
        ExceptionDispatchInfo? first = null;
        foreach (var step in steps)
        {
            try
            {
                await step();
            }
            catch (Exception exception)
            {
                first ??= ExceptionDispatchInfo.Capture(exception);
            }
        }

        first?.Throw();
    }
}
