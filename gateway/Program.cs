using Roost.Gateway;

return await Daemon.RunAsync(args, Environment.GetEnvironmentVariables(), Console.Out, Console.Error);
