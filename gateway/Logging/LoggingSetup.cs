using System.Collections;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace Roost.Gateway.Logging;

/// <summary>Where log events go: to standard error (standard output carries the ready line only) and to a bounded set of files.</summary>
internal static class LoggingSetup
{
    private const string ForPeople = "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}";
    private const string ForFiles = "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {SourceContext} {Message:lj}{NewLine}{Exception}";

    /// <param name="folder">Folder of the log files.</param>
    /// <returns>The owner disposes of it last of all: that flushes what is still on its way.</returns>
    public static Serilog.Core.Logger Create(LogOptions options, string folder, IDictionary environment)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(LevelConvert.ToSerilogLevel(options.Level))
            // The framework tells about its own requests and connections what the rooms' logs and metrics already say.
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning);

        configuration = IsUnderSystemd(environment)
            ? configuration.WriteTo.Console(new JournalFormatter(), standardErrorFromLevel: LogEventLevel.Verbose)
            : configuration.WriteTo.Console(outputTemplate: ForPeople, standardErrorFromLevel: LogEventLevel.Verbose);

        if (options.KeepFiles > 0)
        {
            configuration = configuration.WriteTo.File(
                Path.Combine(folder, "roostd.log"),
                outputTemplate: ForFiles,
                fileSizeLimitBytes: options.MaxFileBytes,
                rollOnFileSizeLimit: true,
                retainedFileCountLimit: options.KeepFiles);
        }

        return configuration.CreateLogger();
    }

    private static bool IsUnderSystemd(IDictionary environment) =>
        environment.Contains("JOURNAL_STREAM") || environment.Contains("INVOCATION_ID");
}
