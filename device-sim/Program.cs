using Roost.DeviceSim;

return await SimulatorCommand.RunAsync(args, Console.Out, Console.Error, TimeProvider.System);
