using System.Diagnostics;
using System.Globalization;

namespace Roost.Mqtt.Proofs.Backlog;

/// <summary>How long does a broker take to open the journal of a long backlog, and what does a message of it cost in memory?</summary>
internal static class BacklogRun
{
    private const double MostBytesPerMessage = 260; // of the heap, 100 bytes of payload among them

    public static int Run(Arguments arguments)
    {
        var messages = arguments.Integer("messages", 1_000_000);
        var runs = arguments.Integer("runs", 5);
        var budget = TimeSpan.FromSeconds(arguments.Number("seconds", 1));
        var isKept = true;
        foreach (var sessions in new[] { 1, 100 })
        {
            var folder = Directory.CreateTempSubdirectory("roost-backlog-");
            try
            {
                isKept &= Measure(folder.FullName, messages, sessions, runs, budget);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        return isKept ? 0 : 1;
    }

    /// <summary>What <see cref="Run"/> starts anew for each figure: prints it on one line.</summary>
    public static int RunStep(string step, Arguments arguments)
    {
        var backlog = new QueuedBacklog(arguments.Text("folder")!, arguments.Integer("messages", 0), arguments.Integer("sessions", 1));
        var figures = step == "fill" ? backlog.Fill() : backlog.Open();
        Console.WriteLine(string.Join(' ', figures.Select(static figure => figure.ToString("F1", CultureInfo.InvariantCulture))));
        return 0;
    }

    private static bool Measure(string folder, int messages, int sessions, int runs, TimeSpan budget)
    {
        Console.WriteLine($"{messages:N0} messages of 100 bytes in {sessions} sessions");
        var live = Child("fill", folder, messages, sessions);
        Console.WriteLine($"  queued:  heap {live[0]:F0} B/message, RSS {live[1]:F0} B/message");
        var opened = Enumerable.Range(0, runs).Select(_ => Child("open", folder, messages, sessions)).OrderBy(static figures => figures[0]).ToList();
        var median = opened[runs / 2];
        Console.WriteLine($"  opened:  {median[0]:F0} ms ({opened[0][0]:F0}-{opened[^1][0]:F0}), CPU {opened.Select(static figures => figures[1]).Order().ElementAt(runs / 2):F0} ms, of it collecting {median[5]:F0} ms, "
            + $"heap {median[2]:F0} B/message, RSS {median[3]:F0} B/message, allocated {median[4]:F0} B/message");
        return median[0] < budget.TotalMilliseconds && live[0] < MostBytesPerMessage && median[2] < MostBytesPerMessage;
    }

    private static double[] Child(string step, string folder, int messages, int sessions)
    {
        string[] arguments = ["backlog-step", step, "--folder", folder, "--messages", $"{messages}", "--sessions", $"{sessions}"];
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var line = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode == 0
            ? [.. line.Split(' ').Select(static figure => double.Parse(figure, CultureInfo.InvariantCulture))]
            : throw new InvalidOperationException($"{step} ended with {child.ExitCode}.");
    }
}
