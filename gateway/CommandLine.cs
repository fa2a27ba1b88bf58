using System.Globalization;

namespace Roost.Gateway;

/// <summary>The arguments of <c>roostd</c>. There are few: everything else is in the configuration.</summary>
internal sealed record CommandLine
{
    public const string Usage = """
        Usage: roostd [--config FILE] [--data DIR]
               roostd --check-config [--config FILE] [--data DIR]
               roostd --backup FILE [--force] [--config FILE] [--data DIR]
               roostd --restore FILE [--force] [--replay] [--config FILE] [--data DIR]
               roostd --verify-audit DIR --public-key FILE [--from N] [--to N]
               roostd --check-policy FILE
               roostd --leave-outputs [--config FILE] [--data DIR]

          --config FILE    configuration in YAML; FILE's neighbours conf.d/*.yaml are
                           read after it
          --data DIR       folder for everything that is kept (default ./data; wins
                           over `data:`)
          --check-config   report everything that is wrong with the configuration,
                           and exit: 0 is fine, 2 is not
          --backup FILE    copy shadows, things, credentials and policies, with the
                           gateway's CA and its key, of a daemon that does not run
                           (`roost backup` does it while one runs); with --force in
                           the place of a FILE that is there
          --restore FILE   put back what such a file has; with --force also over what
                           is there, which is kept aside, and with --replay the
                           changes that are known from after the backup on top of it
          --verify-audit DIR
                           read the audit in DIR again, a folder identity/audit or a
                           copy of it, and say whether it is whole: 0, or not: 1; with
                           the public key that `roost audit key` prints, and for
                           records --from N --to N only
          --check-policy FILE
                           say in JSON everything that is wrong with a policy, and
                           exit: 0 is fine, 1 is not
          --leave-outputs  set the configured outputs of this machine to their
                           at-exit, after a daemon that did not stop in order,
                           and exit: 0
          --version        print the version and exit
          --help           print this and exit

        Every key of the configuration can be set by environment too:
        ROOST__MQTT__LIMITS__MAX_PACKET=1MiB
        """;

    public string? ConfigurationFile { get; init; }

    public string? DataFolder { get; init; }

    public bool CheckOnly { get; init; }

    public bool LeaveOutputs { get; init; }

    public string? BackupFile { get; init; }

    public string? RestoreFile { get; init; }

    /// <summary>A folder <c>identity/audit</c>, or a copy.</summary>
    public string? AuditFolder { get; init; }

    public string? PublicKeyFile { get; init; }

    public string? PolicyFile { get; init; }

    public long? FirstRecord { get; init; }

    public long? LastRecord { get; init; }

    public bool Force { get; init; }

    public bool Replay { get; init; }

    public bool Version { get; init; }

    public bool Help { get; init; }

    /// <param name="fault">What is wrong with the arguments, null when nothing is.</param>
    public static CommandLine Parse(ReadOnlySpan<string> arguments, out string? fault)
    {
        var parsed = new CommandLine();
        fault = null;
        for (var i = 0; i < arguments.Length && fault is null; i++)
        {
            var (name, value) = Split(arguments[i]);
            switch (name)
            {
                case "--config" or "--data" or "--backup" or "--restore":
                    value ??= i + 1 < arguments.Length ? arguments[++i] : null;
                    fault = string.IsNullOrEmpty(value) ? $"{name} needs a value" : null;
                    parsed = name switch
                    {
                        "--config" => parsed with { ConfigurationFile = value },
                        "--data" => parsed with { DataFolder = value },
                        "--backup" => parsed with { BackupFile = value },
                        _ => parsed with { RestoreFile = value },
                    };
                    break;
                case "--check-policy":
                    value ??= i + 1 < arguments.Length ? arguments[++i] : null;
                    fault = string.IsNullOrEmpty(value) ? $"{name} needs a value" : null;
                    parsed = parsed with { PolicyFile = value };
                    break;
                case "--verify-audit" or "--public-key":
                    value ??= i + 1 < arguments.Length ? arguments[++i] : null;
                    fault = string.IsNullOrEmpty(value) ? $"{name} needs a value" : null;
                    parsed = name == "--verify-audit" ? parsed with { AuditFolder = value } : parsed with { PublicKeyFile = value };
                    break;
                case "--from" or "--to":
                    value ??= i + 1 < arguments.Length ? arguments[++i] : null;
                    fault = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? null : $"{name} needs the number of a record";
                    parsed = name == "--from" ? parsed with { FirstRecord = number } : parsed with { LastRecord = number };
                    break;
                case "--check-config" when value is null:
                    parsed = parsed with { CheckOnly = true };
                    break;
                case "--leave-outputs" when value is null:
                    parsed = parsed with { LeaveOutputs = true };
                    break;
                case "--force" when value is null:
                    parsed = parsed with { Force = true };
                    break;
                case "--replay" when value is null:
                    parsed = parsed with { Replay = true };
                    break;
                case "--version" when value is null:
                    parsed = parsed with { Version = true };
                    break;
                case "--help" or "-h" when value is null:
                    parsed = parsed with { Help = true };
                    break;
                default:
                    fault = $"unknown argument {arguments[i]}";
                    break;
            }
        }

        if (fault is null && parsed.BackupFile is not null && parsed.RestoreFile is not null)
        {
            fault = "--backup and --restore do not go together";
        }
        else if (fault is null && parsed.Force && parsed.RestoreFile is null && parsed.BackupFile is null)
        {
            fault = "--force goes with --backup and --restore";
        }
        else if (fault is null && parsed.Replay && parsed.RestoreFile is null)
        {
            fault = "--replay goes with --restore";
        }
        else if (fault is null && parsed.AuditFolder is null != parsed.PublicKeyFile is null)
        {
            fault = "--verify-audit and --public-key go together";
        }
        else if (fault is null && parsed.AuditFolder is null && (parsed.FirstRecord ?? parsed.LastRecord) is not null)
        {
            fault = "--from and --to go with --verify-audit";
        }

        return parsed;
    }

    private static (string Name, string? Value) Split(string argument)
    {
        var equals = argument.StartsWith("--", StringComparison.Ordinal) ? argument.IndexOf('=') : -1;
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }
}
