using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>What the broker told its operator.</summary>
internal sealed class CapturedLog : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public Task ShowsAsync(string text) => Eventually.IsTrueAsync(() => _lines.Any(line => line.Contains(text, StringComparison.Ordinal)), $"'{text}' in the log");

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(formatter(state, exception));

    public void Dispose()
    {
    }
}
