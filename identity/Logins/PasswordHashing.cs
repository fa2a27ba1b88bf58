namespace Roost.Identity.Logins;

/// <summary>How dear a password is.</summary>
/// <param name="Iterations">Of new hashes. Older ones with fewer are made anew at their next login.</param>
/// <param name="AtOnce">So many are computed at once: half of the cores, so that guessing never has the machine to itself.</param>
/// <param name="MostWaiting">Who comes beyond is sent away.</param>
internal sealed record PasswordHashing(int Iterations, int AtOnce, int MostWaiting)
{
    /// <summary>210,000 is what OWASP's password storage cheat sheet asks of PBKDF2-HMAC-SHA512.</summary>
    public static PasswordHashing Default { get; } = new(210_000, Math.Max(1, Environment.ProcessorCount / 2), 256);
}
