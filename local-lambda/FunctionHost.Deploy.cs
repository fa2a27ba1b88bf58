using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Code;
using Roost.LocalLambda.Deployment;
using Roost.LocalLambda.Sources.Streams;

namespace Roost.LocalLambda;

/// <summary>What functions are made of when they come over the API.</summary>
public sealed partial class FunctionHost
{
    private ZipDeployer? _zips;

    /// <exception cref="FunctionUnavailableException">The gateway is stopping.</exception>
    internal CodeStore Code => _engine?.Code ?? throw Ended("");

    /// <inheritdoc cref="Code" path="/exception"/>
    internal ZipDeployer Zips => _engine is null ? throw Ended("") : _zips!;

    /// <summary>All mappings that run, those of triggers too.</summary>
    /// <inheritdoc cref="Code" path="/exception"/>
    internal StreamMappings Mappings => _engine is null ? throw Ended("") : _eventSources!.Mappings;

    internal long MaxCodeBytes => _options.MaxCodeBytes;

    /// <summary>What is free on the disk that the code is kept on, in bytes.</summary>
    internal long FreeCodeBytes() => new DriveInfo(_options.DataFolder).AvailableFreeSpace;

    /// <summary>Of a zip that was refused after it was unpacked, and of a version that still ran when another took its place, the code goes when it is let go.</summary>
    private async Task SweepAsync()
    {
        await _changes.WaitAsync();
        try
        {
            SweepCode();
        }
        finally
        {
            _changes.Release();
        }
    }

    private void SweepCode()
    {
        try
        {
            _engine?.Code.Sweep(Referenced());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotSwept(exception.Message);
        }
    }

    private FunctionUnavailableException Ended(string name) => new(name, Fault ?? "the gateway is stopping");
}
