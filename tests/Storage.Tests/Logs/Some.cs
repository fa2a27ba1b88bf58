using Microsoft.Extensions.Logging.Abstractions;
using Roost.Storage.Logs;

namespace Roost.Storage.Tests.Logs;

/// <summary>Builders.</summary>
internal static class Some
{
    public static AppendLog Log(string folder, AppendLogOptions? options = null, TimeProvider? clock = null) =>
        AppendLog.Open(folder, options ?? new AppendLogOptions(), clock ?? TimeProvider.System, NullLogger.Instance);
}
