namespace Roost.Cli.Sticks;

/// <summary>A line that a person watches while it takes time; nothing for a script.</summary>
internal sealed class Progress(Terminal terminal)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    private long _last;
    private int _shown;

    /// <param name="text">Says what is done, and how much of it.</param>
    public void Show(Func<string> text)
    {
        if (!terminal.IsInteractive || TimeProvider.System.GetElapsedTime(_last) < s_pause)
        {
            return;
        }

        _last = TimeProvider.System.GetTimestamp();
        Write(text());
    }

    /// <summary>Makes room for what follows.</summary>
    public void End()
    {
        if (_shown > 0)
        {
            Write("");
            terminal.Error.Write('\r');
            _shown = 0;
        }
    }

    private void Write(string line)
    {
        terminal.Error.Write($"\r{line.PadRight(_shown)}");
        _shown = line.Length;
    }
}
