namespace Roost.Identity.Certificates;

/// <summary>Where the thing's name of a certificate that registers itself comes from.</summary>
internal enum ThingSource
{
    /// <summary>Nowhere: it is nobody's until somebody says so.</summary>
    None,

    /// <summary>The subject's common name.</summary>
    CommonName,

    /// <summary>The subject's serial number attribute.</summary>
    SerialNumber,
}
