/** An engine that hears nothing, not even that it shall end. */
setInterval(() => {}, 1000);
