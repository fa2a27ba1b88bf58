namespace Roost.Storage.Backups;

/// <summary>What one room has in a backup. A room that keeps something in a database registers one; backup and restore do the rest.</summary>
public interface IBackupPart
{
    /// <summary>Name of its folder within the backup: letters, digits and '-'.</summary>
    string Name { get; }

    /// <summary>Where its data are, absolute. A restore replaces this folder as a whole.</summary>
    string Folder { get; }

    /// <summary>Version of what <see cref="CopyAsync"/> writes; a restore takes this one and older ones.</summary>
    int Format { get; }

    /// <summary>Something is there that a restore would replace.</summary>
    bool IsOccupied { get; }

    /// <summary>Writes its files, as of one moment, into an empty folder; whether the daemon runs or not.</summary>
    /// <returns>What an operator has to know about the copy, as a sentence; null when there is nothing.</returns>
    Task<string?> CopyAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Makes the folder that is going to take the place of <see cref="Folder"/>, which is only read. The daemon does not run.</summary>
    /// <param name="source">The files that <see cref="CopyAsync"/> made, perhaps of an older format; may be changed.</param>
    /// <param name="staged">To be made; on the file system of <see cref="Folder"/>.</param>
    /// <param name="replay">Apply what was accepted after the backup, as far as it is still known here.</param>
    /// <returns>What was restored, as the end of a sentence.</returns>
    /// <exception cref="BackupException">It cannot be done, for a reason that an operator can change.</exception>
    Task<string> StageAsync(string source, string staged, bool replay, CancellationToken cancellationToken);
}
