namespace Roost.Streams;

/// <summary>All exports of this gateway.</summary>
public interface IStreamExports
{
    IReadOnlyList<ExportStatus> List();

    /// <summary>Pauses or resumes one, durably: also over restarts, whatever the configuration says.</summary>
    /// <returns>False when there is no such export.</returns>
    /// <exception cref="StreamRefusedException">The export does not run, as its stream is damaged or not there.</exception>
    /// <exception cref="IOException">It could not be noted.</exception>
    Task<bool> TryPauseAsync(StreamName stream, string export, bool paused);
}
