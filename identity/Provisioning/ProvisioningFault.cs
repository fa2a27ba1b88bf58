namespace Roost.Identity.Provisioning;

/// <summary>Why a device is not provisioned: the <c>errorCode</c> of its answer.</summary>
internal enum ProvisioningFault
{
    InvalidPayload,
    InvalidParameters,
    InvalidCsr,
    InvalidCertificateOwnershipToken,
    AccessDenied,
    ResourceNotFound,
    ResourceConflict,
    Throttled,
    InternalError,
}
