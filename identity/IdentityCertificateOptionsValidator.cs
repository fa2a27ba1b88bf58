using System.Net;
using Microsoft.Extensions.Options;

namespace Roost.Identity;

internal sealed class IdentityCertificateOptionsValidator : IValidateOptions<IdentityCertificateOptions>
{
    private const int MostNames = 50;
    private static readonly TimeSpan s_maxValidity = TimeSpan.FromDays(3653);
    private static readonly TimeSpan s_maxOverlap = TimeSpan.FromDays(365);

    public ValidateOptionsResult Validate(string? name, IdentityCertificateOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        Check("Validity", options.Validity, TimeSpan.FromHours(1), s_maxValidity, "1h to 3653d");
        Check("WarnBefore", options.WarnBefore, TimeSpan.Zero, s_maxOverlap, "0s to 365d");
        Check("Overlap", options.Overlap, TimeSpan.Zero, s_maxOverlap, "0s to 365d");
        if (options.Names.Count > MostNames)
        {
            faults.AddError($"{IdentityCertificateOptions.Section}:Names holds {options.Names.Count} names; a certificate of at most {MostNames} is taken by all clients");
        }

        foreach (var wrong in options.Names.Where(static given => !IsName(given)))
        {
            faults.AddError($"{IdentityCertificateOptions.Section}:Names holds '{wrong}', which is neither a DNS name nor an address; use names like gateway.example.org or 192.0.2.7");
        }

        return faults.Build();

        void Check(string key, TimeSpan value, TimeSpan least, TimeSpan most, string range)
        {
            if (value < least || value > most)
            {
                faults.AddError($"{IdentityCertificateOptions.Section}:{key} is {value}; use {range}");
            }
        }
    }

    /// <summary>ASCII only: others are given as they are in DNS, with xn--. A wildcard stands for one label at the front.</summary>
    private static bool IsName(string given) => IPAddress.TryParse(given, out _)
        || (Uri.CheckHostName(given.StartsWith("*.", StringComparison.Ordinal) ? given[2..] : given) == UriHostNameType.Dns && given.All(char.IsAscii));
}
