using System.Net;
using System.Runtime.InteropServices;
using Roost.Gateway.Http.Tls;

namespace Roost.Gateway.Http.Access;

/// <summary>
/// Bytes of bodies that are held because their signature is known only at their end: bounded over all requests, and for each address, as an access key's identifier is
/// no secret and whoever knows one can have bodies held.
/// </summary>
internal sealed class BodyBudget(long most, long mostOfAddress)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, long> _ofAddress = [];
    private long _taken;

    public bool TryTake(IPAddress address, long bytes)
    {
        address = AddressLimit.NetworkOf(address);
        lock (_lock)
        {
            ref var ofAddress = ref CollectionsMarshal.GetValueRefOrAddDefault(_ofAddress, address, out _);
            if (_taken + bytes > most || ofAddress + bytes > mostOfAddress)
            {
                if (ofAddress == 0)
                {
                    _ofAddress.Remove(address);
                }

                return false;
            }

            _taken += bytes;
            ofAddress += bytes;
            return true;
        }
    }

    public void Return(IPAddress address, long bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        address = AddressLimit.NetworkOf(address);
        lock (_lock)
        {
            _taken -= bytes;
            ref var ofAddress = ref CollectionsMarshal.GetValueRefOrNullRef(_ofAddress, address);
            ofAddress -= bytes;
            if (ofAddress == 0)
            {
                _ofAddress.Remove(address);
            }
        }
    }
}
