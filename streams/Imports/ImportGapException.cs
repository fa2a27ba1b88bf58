namespace Roost.Streams.Imports;

/// <summary>Records between those that were imported and those that came now are missing.</summary>
internal sealed class ImportGapException(ImportOrigin origin, long expected, long first) : Exception(
    $"Records {expected} to {first - 1} of stream '{origin.Stream}' of gateway {origin.Gateway} are missing: those before them were imported, and these begin at {first}. Import the stick that has them first; if nothing has them, allow gaps (--allow-gaps).");
