using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace Roost.Gateway.Logging;

/// <summary>
/// One event for systemd's journal: a syslog priority in angle brackets before every line (sd-daemon(3)) and no time, as the journal
/// has its own. Without the prefix on each line, the second line of a stack trace would be an event of its own severity.
/// </summary>
internal sealed class JournalFormatter : ITextFormatter
{
    private readonly MessageTemplateTextFormatter _text = new("{Message:lj}{NewLine}{Exception}");

    public void Format(LogEvent logEvent, TextWriter output)
    {
        var prefix = logEvent.Level switch
        {
            LogEventLevel.Fatal => "<2>",
            LogEventLevel.Error => "<3>",
            LogEventLevel.Warning => "<4>",
            LogEventLevel.Information => "<6>",
            _ => "<7>",
        };
        using var text = new StringWriter();
        _text.Format(logEvent, text);
        foreach (var line in text.ToString().AsSpan().TrimEnd('\n').EnumerateLines())
        {
            output.Write(prefix);
            output.WriteLine(line);
        }
    }
}
