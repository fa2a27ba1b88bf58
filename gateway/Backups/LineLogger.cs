using Microsoft.Extensions.Logging;

namespace Roost.Gateway.Backups;

/// <summary>Warnings of a room, for who stands before the terminal; the daemon's log belongs to the daemon.</summary>
internal sealed class LineLogger(TextWriter errors) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            errors.WriteLine($"roostd: {formatter(state, exception)}{(exception is null ? "" : $" ({exception.Message})")}");
        }
    }
}
