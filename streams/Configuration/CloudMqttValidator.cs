using System.Text;
using Microsoft.Extensions.Options;

namespace Roost.Streams.Configuration;

internal sealed class CloudMqttValidator : IValidateOptions<CloudMqttOptions>
{
    private const string Section = CloudMqttOptions.Section;

    public ValidateOptionsResult Validate(string? name, CloudMqttOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.Port is < 1 or > 65_535)
        {
            faults.AddError($"{Section}:Port is {options.Port}; use 1 to 65535.");
        }

        if (options.ClientId.Length == 0 || Encoding.UTF8.GetByteCount(options.ClientId) > 65_535)
        {
            faults.AddError($"{Section}:ClientId is empty or longer than 65,535 bytes; give this gateway a name of its own, like site-17.");
        }

        if (options.Version is not ("5" or "3.1.1"))
        {
            faults.AddError($"{Section}:Version is {options.Version}; use 5 or 3.1.1.");
        }

        ValidateTimes(faults, options);
        ValidatePassword(faults, options);
        if (options.Tls is { } tls)
        {
            ValidateTls(faults, tls);
        }

        return faults.Build();
    }

    private static void ValidateTimes(ValidateOptionsResultBuilder faults, CloudMqttOptions options)
    {
        if (options.KeepAlive < TimeSpan.FromSeconds(5) || options.KeepAlive > TimeSpan.FromSeconds(65_535))
        {
            faults.AddError($"{Section}:KeepAlive is {options.KeepAlive}; use 5s to 18h.");
        }

        foreach (var (key, value) in new[]
        {
            (nameof(options.ConnectTimeout), options.ConnectTimeout),
            (nameof(options.AcknowledgeTimeout), options.AcknowledgeTimeout),
            (nameof(options.ReconnectMax), options.ReconnectMax),
        })
        {
            if (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromHours(1))
            {
                faults.AddError($"{Section}:{key} is {value}; use 1s to 1h.");
            }
        }
    }

    private static void ValidatePassword(ValidateOptionsResultBuilder faults, CloudMqttOptions options)
    {
        if (options is { Password: not null, PasswordFile: not null })
        {
            faults.AddError($"{Section}:PasswordFile is set and so is a password; use one of them.");
        }

        if (options.UserName is null && (options.Password ?? options.PasswordFile) is not null && options.Version == "3.1.1")
        {
            faults.AddError($"{Section}:UserName is missing; MQTT 3.1.1 allows no password without it.");
        }

        MustExist(faults, nameof(options.PasswordFile), options.PasswordFile);
    }

    private static void ValidateTls(ValidateOptionsResultBuilder faults, CloudTlsOptions tls)
    {
        if (tls.Certificate is null != tls.Key is null)
        {
            faults.AddError($"{Section}:Tls:{(tls.Key is null ? "Certificate is set without its key" : "Key is set without its certificate")}; set both, or none.");
        }

        MustExist(faults, "Tls:Ca", tls.Ca);
        MustExist(faults, "Tls:Certificate", tls.Certificate);
        MustExist(faults, "Tls:Key", tls.Key);
    }

    private static void MustExist(ValidateOptionsResultBuilder faults, string key, string? file)
    {
        if (file is not null && !File.Exists(file))
        {
            faults.AddError($"{Section}:{key} names {file}, which is not there or cannot be read; use the full path of a file that the daemon may read.");
        }
    }
}
