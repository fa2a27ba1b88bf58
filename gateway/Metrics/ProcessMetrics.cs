using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Roost.Gateway.Metrics;

/// <summary>The process's own figures, under the names that Prometheus's client libraries agree on.</summary>
internal static class ProcessMetrics
{
    public static void Append(StringBuilder text)
    {
        using var process = Process.GetCurrentProcess();
        PrometheusText.AppendGauge(text, "process_cpu_seconds_total", "CPU time used, user and system.", process.TotalProcessorTime.TotalSeconds, isCounter: true);
        PrometheusText.AppendGauge(text, "process_resident_memory_bytes", "Resident memory.", process.WorkingSet64);
        PrometheusText.AppendGauge(text, "process_anonymous_memory_bytes", "Resident memory that belongs to this process alone.", AnonymousBytes());
        PrometheusText.AppendGauge(text, "process_threads", "Threads of the operating system.", process.Threads.Count);
        PrometheusText.AppendGauge(text, "process_open_fds", "Open file descriptors.", Directory.GetFiles("/proc/self/fd").Length);
        PrometheusText.AppendGauge(text, "process_start_time_seconds", "Start, in seconds since 1970.", new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        PrometheusText.AppendGauge(text, "dotnet_gc_heap_bytes", "Managed heap after the last collection.", GC.GetTotalMemory(forceFullCollection: false));
        PrometheusText.AppendGauge(text, "dotnet_gc_collections_total", "Garbage collections of all generations.", GC.CollectionCount(0), isCounter: true);
    }

    private static long AnonymousBytes()
    {
        const string Key = "RssAnon:";
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(candidate => candidate.StartsWith(Key, StringComparison.Ordinal));
        return line is not null && long.TryParse(line[Key.Length..].Trim().Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes) ? kibibytes * 1024 : 0;
    }
}
