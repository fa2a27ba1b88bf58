const low = Number(process.env.LOW_BATTERY);
const warned = new Set(); // lives as long as the warm worker

export const handler = async ({ robot, battery }) => {
  if (battery >= low) {
    warned.delete(robot);
    return { robot, battery, action: 'none' };
  }
  if (!warned.has(robot)) {
    warned.add(robot);
    console.warn(`${robot} has ${battery} % left and should go home`);
  }
  return { robot, battery, action: 'charge' };
};
