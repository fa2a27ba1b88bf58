using Microsoft.Extensions.Options;

namespace Roost.Streams.Export.Targets;

/// <summary>One kind of target that takes batches: what of an export's options concerns it, and how one is made.</summary>
internal interface IExportTargetFactory
{
    ExportTarget Kind { get; }

    BatchLimits Defaults { get; }

    /// <summary>Adds what is wrong with the options of this kind, each fault with key, value and remedy.</summary>
    /// <param name="faults">Collects them.</param>
    /// <param name="key">The export's place: <c>Cloud:Exports:3</c>.</param>
    /// <param name="export">Its options; what all kinds share has been looked at.</param>
    void Validate(ValidateOptionsResultBuilder faults, string key, ExportOptions export);

    /// <summary>Where it goes, for people: an address without secrets.</summary>
    string Destination(ExportOptions export);

    /// <summary>Called once at start with valid options. Touches neither disk nor network.</summary>
    IExportTarget Create(ExportOptions export, ExportIdentity identity);
}
