using Roost.Storage;
using Roost.Storage.Logs;
using Roost.Streams.Definitions;

namespace Roost.Streams.Catalog;

/// <summary>Streams that come, change and go while the daemon runs: one change at a time.</summary>
internal sealed partial class StreamCatalog : IDisposable
{
    private readonly SemaphoreSlim _changes = new(1);
    private bool _isClosed; // under _changes

    /// <summary>Makes a stream, or gives the one that is there this definition. Done means that it survives a power cut.</summary>
    /// <param name="mustBeNew">Refuses where there is one.</param>
    /// <returns>True when it was made.</returns>
    /// <exception cref="StreamRefusedException">The name is taken or the system's, the configuration defines the stream, there are too many, or the disk refused.</exception>
    public async Task<bool> PutAsync(StreamName name, StreamOptions definition, bool mustBeNew)
    {
        await _changes.WaitAsync();
        try
        {
            ThrowIfClosed(name);
            if (_entries.TryGetValue(name, out var entry))
            {
                ThrowIfNotChangeable(entry.Slot);
                if (mustBeNew && entry.Slot.Origin != StreamOrigin.Removed)
                {
                    throw Refused(name, $"Stream '{name}' is there already; 'roost stream update {name}' (PATCH, or PUT without If-None-Match) changes it.");
                }

                Redefine(entry.Slot, definition);
                return false;
            }

            Make(name, definition);
            return true;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Changes the definition of a stream that was made over the API.</summary>
    /// <param name="change">Gets the definition that is in force.</param>
    /// <exception cref="UnknownStreamException">There is none.</exception>
    /// <exception cref="StreamRefusedException">See <see cref="PutAsync"/>.</exception>
    public async Task PatchAsync(StreamName name, Func<StreamOptions, StreamOptions> change)
    {
        await _changes.WaitAsync();
        try
        {
            ThrowIfClosed(name);
            var slot = Find(name);
            ThrowIfNotChangeable(slot);
            var definition = slot.Document?.Definition
                ?? throw Refused(name, $"Nothing defines stream '{name}' any more, so there is nothing to update. Make it anew with 'roost stream create {name}' (PUT), which keeps its records.");
            Redefine(slot, change(definition));
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Deletes a stream with all that it holds. What was appended before and not yet acknowledged still is; who reads or appends now is refused.</summary>
    /// <param name="uses">Who uses it, for the log.</param>
    /// <exception cref="UnknownStreamException">There is none.</exception>
    /// <exception cref="StreamRefusedException">The configuration defines it, it is the system's, or the disk refused: then it is as it was.</exception>
    public async Task DeleteAsync(StreamName name, string uses)
    {
        await _changes.WaitAsync();
        try
        {
            ThrowIfClosed(name);
            var slot = Find(name);
            ThrowIfNotChangeable(slot);
            var records = slot.Describe().Records;
            await slot.BeginDeleteAsync();
            var gone = SetAside(slot);
            _entries.TryRemove(name, out _);
            slot.SetDeleted();
            Log.StreamDeleted(_logger, name, records, uses);
            Remove(gone);
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <exception cref="UnknownStreamException">There is none.</exception>
    /// <exception cref="StreamRefusedException">The configuration defines it, or it is the system's.</exception>
    public void ThrowIfNotChangeable(StreamName name) => ThrowIfNotChangeable(Find(name));

    public void Dispose() => _changes.Dispose();

    private void Make(StreamName name, StreamOptions definition)
    {
        if (name.IsSystem)
        {
            throw Refused(name, $"Stream '{name}' cannot be made: names that begin with $ are the system's. Use another name.");
        }

        // On a memory stick, say, the two would share a folder; and people would mistake one for the other.
        if (_entries.Keys.FirstOrDefault(other => string.Equals(other.Value, name.Value, StringComparison.OrdinalIgnoreCase)) is var like && like != default)
        {
            throw Refused(name, $"Stream '{name}' cannot be made: '{like}' differs from it only by capital letters. Use that one, or another name.");
        }

        if (_entries.Keys.Count(other => !other.IsSystem) >= MostStreams)
        {
            throw Refused(name, $"Stream '{name}' cannot be made: there are {MostStreams} streams already, and a gateway has no more. Delete one that is not needed, or put several things into one stream and tell them apart by the records' keys.");
        }

        try
        {
            _folder.Make(name, StreamDocument.New(definition, _clock));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed(name, "made", exception);
        }

        Open(Add(name, StreamOrigin.Api, LogOptionsOf.Defined(definition, _storage), definition).Slot);
        Log.StreamMade(_logger, name);
    }

    private void Redefine(StreamSlot slot, StreamOptions definition)
    {
        if (slot.Origin == StreamOrigin.Api && (definition.Durability == Durability.Memory) != (slot.Options.Durability == Durability.Memory))
        {
            throw Refused(slot.Name, $"Durability of stream '{slot.Name}' cannot change between memory and the disk while it is there. Make another stream, or delete this one and make it anew.");
        }

        if (slot.Origin == StreamOrigin.Removed && definition.Durability == Durability.Memory)
        {
            throw Refused(slot.Name, $"Stream '{slot.Name}' has records on the disk and cannot be made anew with durability memory. Use crash or power-loss, or delete it first.");
        }

        try
        {
            var document = (slot.Document ?? throw slot.NotOpen()) with { Definition = definition };
            document = document with { Opening = StreamOpening.Of(definition.Durability, slot.Log.Boot) ?? document.Opening };
            document.Write(_folder.Of(slot.Name));
            slot.Redefine(document, LogOptionsOf.Defined(definition, _storage));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed(slot.Name, "changed", exception);
        }

        Log.StreamRedefined(_logger, slot.Name);
    }

    private string SetAside(StreamSlot slot)
    {
        try
        {
            return _folder.SetAside(slot.Name, Guid.NewGuid().ToString("N")[..8]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            slot.EndDelete();
            Open(slot);
            throw Failed(slot.Name, "deleted", exception);
        }
    }

    private void Remove(string gone)
    {
        try
        {
            StreamsFolder.Remove(gone);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.RestsNotRemoved(_logger, exception);
        }
    }

    private StreamSlot Find(StreamName name) => _entries.TryGetValue(name, out var entry) ? entry.Slot : throw new UnknownStreamException(name, _entries.Keys);

    private void ThrowIfClosed(StreamName name)
    {
        if (_isClosed)
        {
            throw new StreamRefusedException(name, "Streams are neither made nor changed now: the daemon stops.", isFault: true);
        }
    }

    private static void ThrowIfNotChangeable(StreamSlot slot)
    {
        if (slot.Origin == StreamOrigin.System)
        {
            throw Refused(slot.Name, $"Stream '{slot.Name}' is the system's own; it is neither changed nor deleted.");
        }

        if (slot.Origin == StreamOrigin.Configuration)
        {
            throw Refused(slot.Name, $"Stream '{slot.Name}' comes from the configuration and is changed there: edit or remove streams.{slot.Name} in the file, and restart. Once it is not in the file any more, it can be deleted here.");
        }
    }

    private static StreamRefusedException Refused(StreamName name, string message) => new(name, message, isFault: false);

    private static StreamRefusedException Failed(StreamName name, string done, Exception cause) =>
        new(name, $"Stream '{name}' could not be {done}: {cause.Message.TrimEnd('.')}. It is as it was before; look for a full or read-only disk.", isFault: true);
}
