using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Roost.Hardware.Gpio;
using Roost.Hardware.Gpio.Edges;
using Roost.Hardware.Gpio.Kernel;
using Roost.Hardware.Gpio.Pulses;
using Roost.Hardware.Gpio.Simulated;
using Roost.Hardware.Reporting;
using Roost.Hardware.Sensors;
using Roost.Storage.Devices;

namespace Roost.Hardware;

public static class HardwareServiceCollectionExtensions
{
    /// <summary>
    /// Adds the lines and sensors, which start with the host, in the order of registration: add the broker and the shadows before. Needs an
    /// <see cref="Mqtt.IMqttBroker"/>, a <see cref="TimeProvider"/>, metrics and logging.
    /// </summary>
    public static IServiceCollection AddHardware(this IServiceCollection services)
    {
        services.AddOptions<HardwareOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<HardwareOptions>, HardwareOptionsValidator>());
        services.TryAddSingleton<HardwareMetrics>();
        services.TryAddSingleton(SystemFolders.Machine);
        services.TryAddSingleton<SensorSource>();
        services.TryAddSingleton<ISensors>(provider => provider.GetRequiredService<SensorSource>());
        services.AddSingleton<IPointSource>(provider => provider.GetRequiredService<SensorSource>());
        services.TryAddSingleton<PointReporter>();
        services.TryAddSingleton<SimulatedChip>();
        services.TryAddSingleton<EdgePoller>();
        services.TryAddSingleton<IGpioChips>(static provider =>
        {
            var machine = new KernelChips("/dev", provider.GetRequiredService<EdgePoller>());
            return provider.GetRequiredService<IOptions<HardwareOptions>>().Value.IsSimulated ? new SimulatedChips(machine, provider.GetRequiredService<SimulatedChip>()) : machine;
        });
        services.TryAddSingleton<PulseThread>();
        services.TryAddSingleton<EdgeQueue>();
        services.TryAddSingleton<GpioSource>();
        services.TryAddSingleton<GpioInventory>();
        services.AddSingleton<IPointSource>(static provider => provider.GetRequiredService<GpioSource>());
        services.TryAddSingleton<HardwareService>();
        services.TryAddSingleton<IHardware>(provider => provider.GetRequiredService<HardwareService>());
        services.AddHostedService(provider => provider.GetRequiredService<HardwareService>());
        return services;
    }
}
