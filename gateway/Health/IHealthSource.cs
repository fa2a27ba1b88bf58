namespace Roost.Gateway.Health;

/// <summary>What one room says of itself. Asked on every request of <c>/healthz</c>: cheap, without waiting, any thread.</summary>
internal interface IHealthSource
{
    RoomHealth Check();
}
